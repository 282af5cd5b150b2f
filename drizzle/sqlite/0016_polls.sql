ALTER TABLE `send_attempts` ADD `poll_at` integer;--> statement-breakpoint
ALTER TABLE `send_attempts` ADD `is_viewed` integer;--> statement-breakpoint
CREATE INDEX `send_attempts_polls` ON `send_attempts` (`provider`,`poll_at`) WHERE poll_at is not null;--> statement-breakpoint
CREATE TRIGGER `send_attempts_reported` AFTER UPDATE OF `receipt` ON `send_attempts`
WHEN new.`poll_at` IS NOT NULL AND new.`receipt` <> 'sent' BEGIN
	UPDATE `send_attempts` SET `poll_at` = NULL
	WHERE `verification_seq` = new.`verification_seq` AND `send` = new.`send` AND `attempt` = new.`attempt`;
END;

ALTER TABLE `deliveries` ADD `worded_at` integer;--> statement-breakpoint
CREATE TRIGGER `deliveries_worded_at` AFTER UPDATE OF `ambiguous` ON `deliveries`
WHEN new.`ambiguous` > old.`ambiguous` AND old.`worded_at` IS NULL BEGIN
	UPDATE `deliveries` SET `worded_at` = (
		SELECT `started_at` FROM `send_attempts`
		WHERE `verification_seq` = old.`verification_seq` AND `send` = old.`send` AND `attempt` = old.`attempts`
	) WHERE `verification_seq` = old.`verification_seq` AND `send` = old.`send`;
END;

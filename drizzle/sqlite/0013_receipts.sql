ALTER TABLE `send_attempts` ADD `receipt` text;--> statement-breakpoint
ALTER TABLE `send_attempts` ADD `receipt_at` integer;--> statement-breakpoint
ALTER TABLE `send_attempts` ADD `receipt_code` text;--> statement-breakpoint
CREATE INDEX `send_attempts_reference` ON `send_attempts` (`provider`,`reference`) WHERE reference is not null;
DROP INDEX `send_attempts_reference`;--> statement-breakpoint
CREATE INDEX `send_attempts_reference` ON `send_attempts` (substr(reference, 9, 12)) WHERE reference is not null;

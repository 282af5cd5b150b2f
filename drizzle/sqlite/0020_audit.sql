CREATE TABLE `audit_segments` (
	`number` integer PRIMARY KEY NOT NULL,
	`after` integer NOT NULL,
	`last` integer NOT NULL,
	`count` integer NOT NULL,
	`hour` integer NOT NULL,
	`newest` integer NOT NULL,
	`at` integer NOT NULL,
	`address_days` integer NOT NULL,
	`recipient_days` integer NOT NULL,
	`root` blob NOT NULL,
	`entries` blob,
	`address_secret` blob,
	`note` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `log_readers` (
	`name` text PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL,
	`holder` text NOT NULL,
	`held_until` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `events` ADD `salt` blob;
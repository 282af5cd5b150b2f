CREATE TABLE `suppressions` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`service` text NOT NULL,
	`channel` text NOT NULL,
	`address_index` blob NOT NULL,
	`budget_index` blob NOT NULL,
	`recipient_sealed` blob NOT NULL,
	`key_id` text NOT NULL,
	`reason` text NOT NULL,
	`since` integer NOT NULL,
	`until` integer,
	`times` integer NOT NULL,
	`provider` text,
	`code` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `suppressions_recipient` ON `suppressions` (`address_index`,`channel`);--> statement-breakpoint
CREATE UNIQUE INDEX `suppressions_id` ON `suppressions` (`id`);--> statement-breakpoint
CREATE INDEX `suppressions_person` ON `suppressions` (`budget_index`);--> statement-breakpoint
CREATE INDEX `suppressions_over` ON `suppressions` (`until`) WHERE until is not null;--> statement-breakpoint
CREATE INDEX `suppressions_key` ON `suppressions` (`key_id`);
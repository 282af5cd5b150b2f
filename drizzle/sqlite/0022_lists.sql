CREATE TABLE `list_entries` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`service` text,
	`effect` text NOT NULL,
	`by` text NOT NULL,
	`value` text,
	`budget_index` blob,
	`recipient_sealed` blob,
	`root_key` text,
	`reason` text NOT NULL,
	`ends_at` integer,
	`made_at` integer NOT NULL,
	`key_id` text,
	`rule` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `list_entries_id` ON `list_entries` (`id`);--> statement-breakpoint
CREATE INDEX `list_entries_end` ON `list_entries` (`ends_at`);--> statement-breakpoint
CREATE INDEX `list_entries_value` ON `list_entries` (`value`,`by`) WHERE value is not null;--> statement-breakpoint
CREATE INDEX `list_entries_person` ON `list_entries` (`budget_index`) WHERE budget_index is not null;--> statement-breakpoint
CREATE INDEX `list_entries_key` ON `list_entries` (`root_key`) WHERE root_key is not null;--> statement-breakpoint
CREATE TABLE `list_version` (
	`id` integer PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
) STRICT;

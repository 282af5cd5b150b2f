CREATE TABLE `factors` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`service` text NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`subject_sealed` blob NOT NULL,
	`subject_index` blob NOT NULL,
	`key_id` text NOT NULL,
	`secret_sealed` blob,
	`algorithm` text,
	`digits` integer,
	`period` integer,
	`attempts` integer NOT NULL,
	`last_step` integer NOT NULL,
	`created_at` integer NOT NULL,
	`confirmed_at` integer,
	`last_used_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `factors_id` ON `factors` (`id`);--> statement-breakpoint
CREATE INDEX `factors_subject` ON `factors` (`subject_index`);--> statement-breakpoint
CREATE INDEX `factors_unverified` ON `factors` (`created_at`) WHERE status = 'unverified';--> statement-breakpoint
CREATE INDEX `factors_key` ON `factors` (`key_id`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`factor_seq` integer NOT NULL,
	`selector` text NOT NULL,
	`hash_sealed` blob,
	`used_at` integer,
	PRIMARY KEY(`factor_seq`, `selector`),
	FOREIGN KEY (`factor_seq`) REFERENCES `factors`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;

CREATE TABLE `count_costs` (
	`level` integer NOT NULL,
	`at` integer NOT NULL,
	`service` text NOT NULL,
	`dimension` integer NOT NULL,
	`value` text NOT NULL,
	`currency` text NOT NULL,
	`messages` integer NOT NULL,
	`parts` integer NOT NULL,
	`micros` integer NOT NULL,
	PRIMARY KEY(`level`, `at`, `service`, `dimension`, `value`, `currency`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `count_place` (
	`id` integer PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`version` integer NOT NULL,
	`awaited` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `count_times` (
	`level` integer NOT NULL,
	`at` integer NOT NULL,
	`service` text NOT NULL,
	`dimension` integer NOT NULL,
	`value` text NOT NULL,
	`kind` integer NOT NULL,
	`bucket` integer NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`level`, `at`, `service`, `dimension`, `value`, `kind`, `bucket`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `counts` (
	`level` integer NOT NULL,
	`at` integer NOT NULL,
	`service` text NOT NULL,
	`dimension` integer NOT NULL,
	`value` text NOT NULL,
	`started` integer NOT NULL,
	`sent` integer NOT NULL,
	`delivered` integer NOT NULL,
	`undelivered` integer NOT NULL,
	`retried` integer NOT NULL,
	`failed` integer NOT NULL,
	`approved` integer NOT NULL,
	`unapproved` integer NOT NULL,
	`refused` integer NOT NULL,
	PRIMARY KEY(`level`, `at`, `service`, `dimension`, `value`)
) STRICT, WITHOUT ROWID;--> statement-breakpoint
CREATE TRIGGER `events_counted` AFTER DELETE ON `events` WHEN old.`seq` >= (SELECT `sequence` FROM `count_place`) BEGIN
	UPDATE `count_place` SET `version` = `version` + 1,
		`sequence` = min(`sequence`, (SELECT coalesce(max(`seq`), 0) FROM `events`));
END;

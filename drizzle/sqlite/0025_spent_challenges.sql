CREATE TABLE `spent_challenges` (
	`id` blob PRIMARY KEY NOT NULL,
	`kept_until` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `spent_challenges_over` ON `spent_challenges` (`kept_until`);
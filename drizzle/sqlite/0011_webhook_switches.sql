CREATE TABLE `webhook_switches` (
	`destination` text PRIMARY KEY NOT NULL,
	`failing_since` integer,
	`off_since` integer
) STRICT, WITHOUT ROWID;

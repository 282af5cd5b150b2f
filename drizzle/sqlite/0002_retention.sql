CREATE TABLE `daily_counts` (
	`day` integer NOT NULL,
	`service` text NOT NULL,
	`channel` text NOT NULL,
	`country` text NOT NULL,
	`provider` text NOT NULL,
	`status` text NOT NULL,
	`delivery_status` text NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `service`, `channel`, `country`, `provider`, `status`, `delivery_status`, `kind`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `retention_marks` (
	`name` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE `shield_levels` (
	`rule` text NOT NULL,
	`service` text NOT NULL,
	`value` text NOT NULL,
	`level` text NOT NULL,
	PRIMARY KEY(`rule`, `service`, `value`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `shield_stops` (
	`since` integer NOT NULL,
	`service` text NOT NULL,
	`rule` text NOT NULL,
	`value` text NOT NULL,
	`currency` text NOT NULL,
	`until` integer NOT NULL,
	`strikes` integer NOT NULL,
	`mode` text NOT NULL,
	`starts` integer NOT NULL,
	`approved` integer NOT NULL,
	`micros` integer NOT NULL,
	PRIMARY KEY(`since`, `service`, `rule`, `value`, `currency`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `shield_stops_service` ON `shield_stops` (`service`,`since`);
DROP INDEX `deliveries_due`;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `tried` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `deliveries_lane` ON `deliveries` (`channel`,`provider`,`due_at`) WHERE due_at is not null;
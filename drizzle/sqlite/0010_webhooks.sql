CREATE TABLE `webhook_messages` (
	`verification_seq` integer NOT NULL,
	`destination` text NOT NULL,
	`sequence` integer NOT NULL,
	`type` text NOT NULL,
	`at` integer NOT NULL,
	`details` text NOT NULL,
	`state` text NOT NULL,
	`tries` integer NOT NULL,
	`due_at` integer,
	`token` text,
	`error` text,
	`ended_at` integer,
	PRIMARY KEY(`verification_seq`, `destination`, `sequence`),
	FOREIGN KEY (`verification_seq`) REFERENCES `verifications`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_messages_due` ON `webhook_messages` (`destination`,`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX `webhook_messages_listed` ON `webhook_messages` (`destination`,`state`,`at`);
CREATE TABLE `wire_verifications` (
	`verification_id` text PRIMARY KEY NOT NULL,
	`wire` text NOT NULL,
	`sid` text NOT NULL,
	FOREIGN KEY (`verification_id`) REFERENCES `verifications`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `wire_verifications_sid` ON `wire_verifications` (`sid`);
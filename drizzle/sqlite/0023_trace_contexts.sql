CREATE TABLE `trace_contexts` (
	`verification_id` text NOT NULL,
	`send` integer NOT NULL,
	`traceparent` text NOT NULL,
	`tracestate` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`verification_id`, `send`),
	FOREIGN KEY (`verification_id`) REFERENCES `verifications`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;

CREATE TABLE `front_doors` (
	`verification_id` text PRIMARY KEY NOT NULL,
	`nonce` text,
	`shows_party` integer DEFAULT false NOT NULL,
	`return_url` text,
	`link` integer DEFAULT false NOT NULL,
	`link_binding_mac` blob,
	`browser_mac` blob,
	`exchanged_at` integer,
	`consumed_at` integer,
	FOREIGN KEY (`verification_id`) REFERENCES `verifications`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;

CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`service` text,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`secret_hash` blob NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `api_keys_service` ON `api_keys` (`service`,`created_at`);--> statement-breakpoint
CREATE TABLE `codes` (
	`verification_seq` integer PRIMARY KEY NOT NULL,
	`code_hash` text,
	`code_sealed` blob,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`verification_seq`) REFERENCES `verifications`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `codes_sealed` ON `codes` (`expires_at`) WHERE code_sealed is not null;--> statement-breakpoint
CREATE TABLE `deliveries` (
	`verification_seq` integer NOT NULL,
	`send` integer NOT NULL,
	`channel` text NOT NULL,
	`status` text NOT NULL,
	`provider` text,
	`attempts` integer NOT NULL,
	`ambiguous` integer NOT NULL,
	`due_at` integer,
	`token` text,
	`error_code` text,
	`error_message` text,
	`queued_at` integer NOT NULL,
	`sent_at` integer,
	`delivered_at` integer,
	PRIMARY KEY(`verification_seq`, `send`),
	FOREIGN KEY (`verification_seq`) REFERENCES `verifications`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `deliveries_due` ON `deliveries` (`channel`,`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`type` integer NOT NULL,
	`verification_seq` integer,
	`service` text NOT NULL,
	`key_id` text,
	`client_ip` text,
	`user_agent` text,
	`budget_index` blob,
	`details` text NOT NULL,
	FOREIGN KEY (`verification_seq`) REFERENCES `verifications`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `events_verification` ON `events` (`verification_seq`) WHERE verification_seq is not null;--> statement-breakpoint
CREATE INDEX `events_stream` ON `events` (`service`,`type`,`at`);--> statement-breakpoint
CREATE INDEX `events_budget` ON `events` (`budget_index`) WHERE budget_index is not null;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`service` text NOT NULL,
	`route` text NOT NULL,
	`key_mac` blob NOT NULL,
	`fingerprint` blob NOT NULL,
	`answer` blob NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`service`, `route`, `key_mac`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `send_attempts` (
	`verification_seq` integer NOT NULL,
	`send` integer NOT NULL,
	`attempt` integer NOT NULL,
	`provider` text NOT NULL,
	`started_at` integer NOT NULL,
	`duration_ms` integer,
	`result` text,
	`reference` text,
	`error_code` text,
	`error_message` text,
	PRIMARY KEY(`verification_seq`, `send`, `attempt`),
	FOREIGN KEY (`verification_seq`) REFERENCES `verifications`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `verifications` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`reference` text NOT NULL,
	`service` text NOT NULL,
	`status` text NOT NULL,
	`channel` text NOT NULL,
	`purpose` text NOT NULL,
	`locale` text NOT NULL,
	`recipient_sealed` blob NOT NULL,
	`address_index` blob NOT NULL,
	`budget_index` blob NOT NULL,
	`country` text,
	`session_mac` blob,
	`session_slot` blob,
	`authenticated` integer NOT NULL,
	`kind` text NOT NULL,
	`code_length` integer NOT NULL,
	`pepper_key_id` text NOT NULL,
	`attempts` integer NOT NULL,
	`failed` integer NOT NULL,
	`max_attempts` integer NOT NULL,
	`last_attempt_at` integer,
	`sends` integer NOT NULL,
	`max_sends` integer NOT NULL,
	`last_send_at` integer NOT NULL,
	`client_ip` text,
	`metadata` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `verifications_id` ON `verifications` (`id`);--> statement-breakpoint
CREATE INDEX `verifications_reference` ON `verifications` (`reference`);--> statement-breakpoint
CREATE INDEX `verifications_budget` ON `verifications` (`budget_index`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `verifications_slot` ON `verifications` (`session_slot`) WHERE session_slot is not null;--> statement-breakpoint
CREATE INDEX `verifications_session` ON `verifications` (`session_mac`) WHERE session_mac is not null;--> statement-breakpoint
CREATE INDEX `verifications_open` ON `verifications` (`expires_at`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `verifications_spent` ON `verifications` (`last_attempt_at`) WHERE status = 'pending' and attempts >= max_attempts;
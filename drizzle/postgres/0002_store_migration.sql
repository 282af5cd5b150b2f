CREATE TABLE "store_migration" (
	"id" integer PRIMARY KEY NOT NULL,
	"file" text NOT NULL,
	"first_verification" text,
	"started_at" bigint NOT NULL,
	"completed_at" bigint,
	"tables" jsonb NOT NULL
);

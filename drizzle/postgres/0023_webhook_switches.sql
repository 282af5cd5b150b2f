CREATE TABLE "webhook_switches" (
	"destination" text PRIMARY KEY NOT NULL,
	"failing_since" bigint,
	"off_since" bigint
);

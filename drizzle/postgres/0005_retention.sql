CREATE TABLE "daily_counts" (
	"day" integer NOT NULL,
	"service" text NOT NULL,
	"channel" text NOT NULL,
	"country" text NOT NULL,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"delivery_status" text NOT NULL,
	"kind" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "daily_counts_day_service_channel_country_provider_status_delivery_status_kind_pk" PRIMARY KEY("day","service","channel","country","provider","status","delivery_status","kind")
);
--> statement-breakpoint
CREATE TABLE "retention_marks" (
	"name" text PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);

CREATE TABLE "front_doors" (
	"verification_id" text PRIMARY KEY NOT NULL,
	"nonce" text,
	"shows_party" boolean DEFAULT false NOT NULL,
	"return_url" text,
	"link" boolean DEFAULT false NOT NULL,
	"link_binding_mac" "bytea",
	"browser_mac" "bytea",
	"exchanged_at" bigint,
	"consumed_at" bigint
);
--> statement-breakpoint
ALTER TABLE "front_doors" ADD CONSTRAINT "front_doors_verification_id_verifications_id_fk" FOREIGN KEY ("verification_id") REFERENCES "public"."verifications"("id") ON DELETE cascade ON UPDATE no action;
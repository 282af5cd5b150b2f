ALTER TABLE `verifications` ADD `checked_by` text;--> statement-breakpoint
ALTER TABLE `verifications` ADD `outcome` text;
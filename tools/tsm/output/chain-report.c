// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the check of an archived log found, for people and as JSON.
 */
#include <inttypes.h>

#include "output/chain-report.h"
#include "output/json.h"
#include "output/report.h"
#include "output/unexplained.h"

/* PROVIDER/INSTANCE/SEGMENT is also where the segment is in the archive. */
#define LABEL_SIZE (REGISTER_NAME_SIZE + INSTANCE_SIZE + SEGMENT_NAME_SIZE)

static void print_findings(const struct chain *chain, FILE *out)
{
	const struct replay *live = &chain->live.replay;
	char label[LABEL_SIZE];
	size_t i;

	for (i = 0; i < chain->nr_findings; i++) {
		const struct chain_finding *found = &chain->findings[i];

		if (found->of_all)
			snprintf(label, sizeof(label), "%s/%s", chain->provider,
				 chain->instance);
		else if (found->segment[0])
			snprintf(label, sizeof(label), "%s/%s/%s",
				 chain->provider, chain->instance,
				 found->segment);
		else
			snprintf(label, sizeof(label), "%s, the live log",
				 chain->provider);
		finding_text(&found->finding, label, out);
	}
	snprintf(label, sizeof(label), "%s, the live log", chain->provider);
	for (i = 0; chain->is_live && i < live->nr_findings; i++)
		finding_text(&live->findings[i], label, out);
}

static void print_live(const struct chain *chain, FILE *out)
{
	const struct replay *live = &chain->live.replay;
	uint64_t more = live->next - chain->next;

	if (live->next < chain->next)
		more = 0;
	fprintf(out, "; %" PRIu64 " more record%s in the live log", more,
		plural(more));
	if (live->first < chain->next)
		fprintf(out, ", which is not yet trimmed");
	fprintf(out, "; %zu register%s equal to the live ones",
		live->nr_registers, plural(live->nr_registers));
}

static void print_boot(const struct chain *chain, FILE *out)
{
	if (chain->boot.number)
		fprintf(out, "; number %" PRIu64 ", booted %s",
			chain->boot.number, chain->boot.date);
}

static void print_total(const struct chain *chain, FILE *out)
{
	uint64_t records = chain->next - chain->first;
	const char *separator = UNEXPLAINED_SEPARATOR;
	const char *resets = RESETS_SEPARATOR;
	size_t i;

	if (!chain->nr_segments) {
		fprintf(out, "%s/%s: nothing is archived", chain->provider,
			chain->instance);
		print_boot(chain, out);
		fputc('\n', out);
		return;
	}
	fprintf(out, "%s/%s: %s: %zu segment%s, ", chain->provider,
		chain->instance,
		chain_result(chain) == VERIFY_OK ? "verified" : "UNEXPLAINED",
		chain->nr_segments, plural(chain->nr_segments));
	if (records)
		fprintf(out,
			"%" PRIu64 " record%s (%" PRIu64 " to %" PRIu64 ")",
			records, plural(records), chain->first,
			chain->next - 1);
	else
		fprintf(out, "no records");
	fprintf(out, ", %zu register%s", chain->nr_registers,
		plural(chain->nr_registers));
	if (chain->is_live)
		print_live(chain, out);
	else
		fprintf(out, "; not compared with any register");
	print_content(out, &chain->content);
	print_boot(chain, out);
	for (i = 0; i < chain->nr_unexplained; i++)
		resets_text(&chain->unexplained[i], &resets, out);
	print_left_out(out, &chain->leave_out);
	for (i = 0; i < chain->nr_unexplained; i++)
		unexplained_text(&chain->unexplained[i], &separator,
				 "are not in the archive", out);
	fputc('\n', out);
}

static size_t nr_findings(const struct chain *chain)
{
	return chain->nr_findings +
	       (chain->is_live ? chain->live.replay.nr_findings : 0);
}

void chain_text(const struct chain *chain, FILE *out)
{
	print_findings(chain, out);
	switch (chain_result(chain)) {
	case VERIFY_OK:
	case VERIFY_UNEXPLAINED:
		print_total(chain, out);
		break;
	case VERIFY_DIFFERS:
		fprintf(out, "%s/%s: DIFFERS in %zu place%s\n", chain->provider,
			chain->instance, nr_findings(chain),
			plural(nr_findings(chain)));
		break;
	case VERIFY_UNCHECKED:
		break;
	}
}

static struct json_object *findings_json(const struct chain *chain)
{
	struct json_object *list = json_need(json_object_new_array());
	struct json_object *object;
	size_t i;

	for (i = 0; i < chain->nr_findings; i++) {
		object = finding_json(&chain->findings[i].finding);
		if (chain->findings[i].segment[0])
			json_add_text(object, "segment",
				      chain->findings[i].segment);
		if (json_object_array_add(list, object))
			json_need(NULL);
	}
	return list;
}

struct json_object *chain_json(const struct chain *chain)
{
	struct json_object *object = json_need(json_object_new_object());
	struct json_object *list;
	size_t i;

	json_add_text(object, "provider", chain->provider);
	json_add_text(object, "instance", chain->instance);
	if (chain->boot.number) {
		json_add_number(object, "number", chain->boot.number);
		json_add_text(object, "booted", chain->boot.date);
	}
	json_add_text(object, "result", result_text(chain_result(chain)));
	if (chain->failed)
		json_add_text(object, "error", chain->error.text);
	json_add_number(object, "segments", chain->nr_segments);
	json_add_number(object, "first_record", chain->first);
	json_add_number(object, "next_record", chain->next);
	json_add(object, "content", content_json(&chain->content));
	json_add(object, "differences", findings_json(chain));
	list = json_need(json_object_new_array());
	for (i = 0; i < chain->nr_unexplained; i++)
		unexplained_json(&chain->unexplained[i], list);
	json_add(object, "unexplained", list);
	list = json_need(json_object_new_array());
	for (i = 0; i < chain->nr_unexplained; i++)
		resets_json(&chain->unexplained[i], list);
	json_add(object, "resets", list);
	json_add(object, "left_out", left_out_json(&chain->leave_out));
	if (chain->is_live)
		json_add(object, "live", report_json(&chain->live));
	return object;
}

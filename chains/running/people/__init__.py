"""People in seats: what waits for them, who has it, what they answered. It knows no terminal and no page.

Imports: experiments, organisation, scoring.text, models.provider, run_record, reply_source, log, folders.

A program that lets people answer needs `worklist.Worklist` alone: `inbox`, `take`, `save_draft`, `answer`, `send_back`,
`undo`, `skip`. A run takes answers from there through `desk.Desk`.

Names to know: `worklist.Worklist`, `item.Item`, `desk.Desk`, `dealing.dealt`, `scripted.scripted`, `names.Names`.
"""

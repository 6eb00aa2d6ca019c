"""What the racers say: as long as what a chain of ours says, on the `watermelon` worlds with the plain prompt."""

PROMPT = """\
You are a manager. This is the report of your team on Sorley study, status report:

{reports}

Rewrite your team's report as a short report to your boss. One line for each point."""
NOTES = """\
- Field study S-{number} is 64 volunteers behind its enrolment plan.
- Sensor array I-11 arrived 2 weeks late.
- This month cold room F-14 lost 23 samples.
- 51 of 53 repeat measurements of field study S-{number} passed the check.
- The door of cold room F-88 was painted light brown.
- Noise in sensor array I-49 fell by 24%.
- Spending on work package W-66 is CHF 19,000 under budget.
- On 16 October the transformer for the backup power of cold room F-88 failed."""

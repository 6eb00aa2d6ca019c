"""How heavy a load a model carries: where conditions can be told apart, and retention against load.

Imports: fit, paired.

Names to know: `working_range.next_step`, `dose_response.dose_response`.
"""

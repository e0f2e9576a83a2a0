"""How good a checkpoint is: figures with bars on songs that no training ever sees.

:func:`.running.evaluate` measures; :mod:`.report` and :mod:`.pictures` show; :mod:`.command` is
the step ``evaluate`` of ``python -m model_core.training``. Figures go through the very paths of
requests. Nothing is imported here: the step's options must not wait for torch.
"""

"""What holds for all tests: no deadlines, since a question to a real interpreter takes as long as it takes."""

from hypothesis import HealthCheck, settings

settings.register_profile("importlint", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("importlint")

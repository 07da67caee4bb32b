"""The subject itself: questions, responses, grading. Pure: standard library and pydantic only."""

# The Python the tests run on.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/base.txt /app/requirements/base.txt
RUN /venv/bin/pip install --require-hashes --requirement /app/requirements/base.txt

WORKDIR /app
COPY . .
# Collected and compressed here, once. Settings insist on a secret; this one is random and ends with the command.
RUN SECRET_KEY="$(head -c 32 /dev/urandom | base64)" ALLOWED_HOSTS=localhost \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /venv/bin/python -m compileall -q .


FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --user-group --no-create-home backpain
COPY --from=build /venv /venv
# Owned by root: the site can read its own code, not change it.
COPY --from=build /app /app

WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "backpain.healthcheck"]
CMD ["python", "-m", "backpain.serve"]

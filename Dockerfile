# The steps are the launcher's own, so an image is what `./pipeline` makes of a machine.
ARG DOTNET=10.0

FROM mcr.microsoft.com/dotnet/sdk:${DOTNET} AS build
ARG TORCH_DEVICE=cpu
WORKDIR /source
COPY . .
RUN ./pipeline publish /app

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}
WORKDIR /opt/pipeline
COPY pipeline ./
RUN ./pipeline install --ocr && rm -rf .pipeline /var/lib/apt/lists/* && install -d -o app -g app /data
COPY --from=build /app app
COPY starter starter
COPY samples samples
ENV PIPELINE_DATA=/data DOTNET_gcServer=0
VOLUME /data
EXPOSE 5000
USER app
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5000 && printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q healthy <&3"]
ENTRYPOINT ["/opt/pipeline/pipeline"]
CMD ["up", "--listen", "0.0.0.0"]

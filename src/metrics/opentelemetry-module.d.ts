/** An optional peer: the build knows nothing of it, so that nobody needs to have it. */
declare module '@opentelemetry/api'

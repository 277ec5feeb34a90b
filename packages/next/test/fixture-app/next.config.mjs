const root = process.env.REPOSITORY;

export default {
  poweredByHeader: false,
  outputFileTracingRoot: root,
  turbopack: { root },
  typescript: { ignoreBuildErrors: process.env.CHECK_TYPES !== 'true' },
};

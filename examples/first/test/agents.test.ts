// Runs the test that AGENTS.md shows, with the app that it shows.
import '../agents/me.test.mts';

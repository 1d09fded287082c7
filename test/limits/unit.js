// A model or a child process may have to be loaded on a machine at work.
jest.setTimeout(30_000);

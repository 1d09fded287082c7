// n8n, Chromium and the runtime are booted on two cores. Jest takes no time limit by project, hence this file.
jest.setTimeout(240_000);

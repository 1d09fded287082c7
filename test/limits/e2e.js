// n8n, Chromium and the runtime are booted on two cores. Jest takes no time limit by project, hence this file.
jest.setTimeout(240_000);
// What somebody has fetched on this machine must not change what `auto` stands for in a test.
process.env.VOICE_LOOP_MODELS ??= require('node:path').join(require('node:os').tmpdir(), 'voice-loop-no-models');

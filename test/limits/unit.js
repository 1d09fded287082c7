// A model or a child process may have to be loaded on a machine at work.
jest.setTimeout(30_000);
// What somebody has fetched on this machine must not change what `auto` stands for in a test.
process.env.VOICE_LOOP_MODELS ??= require('node:path').join(require('node:os').tmpdir(), 'voice-loop-no-models');

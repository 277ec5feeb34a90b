console.error('no TORII_DATABASE');
process.exitCode = 3;

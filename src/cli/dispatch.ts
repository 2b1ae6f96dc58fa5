import { UsageError } from '../errors.js';
import { version } from '../report/version.js';
import { COMMANDS } from './commands/index.js';
import { EXIT } from './exit.js';
import { overview } from './help.js';
import { print } from './print.js';

const HELP = ['--help', '-h', 'help'];

async function unknownCommand(word: string): Promise<UsageError> {
  if (word.startsWith('-')) {
    return new UsageError(`ntk: the command comes first, got ${word}. For example ntk kernel ${word}; see ntk --help.`);
  }
  const { nearestText } = await import('./nearest.js');
  const remedy = nearestText(word, Object.keys(COMMANDS)) ?? 'See ntk --help.';
  return new UsageError(`ntk: must be followed by a command, got ${word}. ${remedy}`);
}

/**
 * Runs one command line and returns its exit code; `signal` asks it to stop.
 *
 * @throws UsageError for a word that is no command, and whatever the command throws
 */
export async function dispatch(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const [word, ...rest] = argv;
  if (word === undefined) {
    process.stderr.write(overview());
    return EXIT.usage;
  }
  if (HELP.includes(word) && rest.length === 0) {
    await print(overview());
    return EXIT.done;
  }
  if (word === '--version') {
    await print(`${version()}\n`);
    return EXIT.done;
  }
  if (word === 'help') return dispatch([...rest, '--help'], signal);
  const entry = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (entry === undefined) throw await unknownCommand(word);
  if (entry.load === undefined) {
    throw new UsageError(
      `ntk ${word}: comes later, got a call in version ${version()}. See ntk --help for what is here.`,
    );
  }
  const [command, { parse, helpOf }, { withPipes }] = await Promise.all([
    entry.load(),
    import('./parse.js'),
    import('./pipes.js'),
  ]);
  const args = await parse(word, command, rest);
  if (args === null) {
    await print(await helpOf(word, command, entry.describe));
    return EXIT.done;
  }
  const { checkFiles } = await import('./same-files.js');
  checkFiles(args, word);
  try {
    return await command.run(await withPipes(args, word, signal), { signal, command: word });
  } catch (error) {
    const { underFlags } = await import('./flag-errors.js');
    throw underFlags(error, command.flags);
  }
}

/** `rollcall import consul URL`: the services of a Consul here too, for as long as they are there. */
import { lineKind, switchOption, type OptionTable } from '@rollcall/core';
import { command, complain, exitCodes, Misuse, type Command, type Context } from '../command.js';
import { connectionOptions, connectOptions, type ConnectionOptions } from '../connection-options.js';
import { ConsulApi } from '../import/consul-api.js';
import { Importer, type News } from '../import/importer.js';
import { oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';

interface ImportOptions extends ConnectionOptions {
  readonly as: string | null;
  readonly once: boolean;
  readonly json: boolean;
}

const SOURCE_CHARACTERS_MAX = 128;

const options: OptionTable<ImportOptions> = {
  as: {
    flag: 'as',
    placeholder: 'TEXT',
    kind: lineKind(SOURCE_CHARACTERS_MAX),
    default: null,
    defaultText: 'consul/DATACENTER',
    givenIn: 'typed',
    help: 'What its copies are marked with. Two Consuls of one name need two marks.',
  },
  once: { ...switchOption('once', 'One pass, and no following.'), givenIn: 'typed' },
  json: { ...switchOption('json', 'Each line an event, for programs.'), givenIn: 'typed' },
  ...connectionOptions,
};

const details = `Follows a running Consul, which it only reads, and shows its services, checks and tags here: who comes there is registered here, who goes \
there is taken out here, and how it is there it is here. So an estate can move service by service: callers ask this registry, and find both \
those who have moved and those who have not.

Every copy carries \`imported-from\` in its metadata, and nothing else is touched; a copy is never copied again, also where two registries \
follow each other. While the Consul does not answer everything stays as it was. It may be ended and started again at any time; what it \
left here stays until then. Its token, if the Consul wants one, stands in CONSUL_HTTP_TOKEN.

  rollcall import consul http://consul.internal:8500
  rollcall import consul https://consul.internal:8501 --once`;

export const importCommand = (surroundings: Surroundings): Command =>
  command<ImportOptions>({
    name: 'import',
    group: 'operate',
    operands: 'consul URL',
    operandsMax: 2,
    summary: 'Follows a Consul, so that its services are found here too.',
    details,
    options,
    run: async (values, [kind, url], context) => {
      if (kind !== 'consul' || url === undefined)
        throw new Misuse('rollcall import takes what it imports from, and where that is: consul URL.');
      const { token, tls = {} } = connectOptions(values);
      const consulToken = context.environment['CONSUL_HTTP_TOKEN'] ?? '';
      const from = new ConsulApi({ url: urlIn(url), token: () => consulToken, tls });
      const own = typeof token === 'string' ? (): string => token : (token ?? null);
      const to = new ConsulApi({ url: new URL(values.url), token: own, tls });
      const importer = new Importer({ from, to, as: values.as, ...surroundings, tell: (news) => tell(news, values.json, context) });
      const release = surroundings.onStop(() => importer.stop());
      try {
        await (values.once ? importer.once() : importer.follow());
        return exitCodes.done;
      } catch (error) {
        const { message, status } = error as { readonly message: string; readonly status?: number };
        return complain(context, [oneLine(message)], status === undefined ? exitCodes.unanswered : exitCodes.failed);
      } finally {
        release();
        from.close();
        to.close();
      }
    },
  });

function urlIn(text: string): URL {
  const whole = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(whole) || !/^https?:/i.test(whole))
    throw new Misuse(`${JSON.stringify(text)} is no address of a Consul: it begins with http:// or https://.`);
  return new URL(whole);
}

function tell(news: News, json: boolean, { output, complaints }: Context): void {
  if (json) return output.write(`${JSON.stringify(news)}\n`);
  switch (news.event) {
    case 'put':
      return output.write(`+ ${oneLine(`${news.service ?? ''}  ${news.id} on ${news.node}`)}\n`);
    case 'removed':
      return output.write(`- ${oneLine(`${news.id} on ${news.node}`)}\n`);
    case 'refused':
      return complaints.write(`! ${oneLine(`${news.id} on ${news.node}: ${news.reason}`)}\n`);
    case 'away':
      return complaints.write(`! ${oneLine(`${news.url} does not answer, and everything stays as it is: ${news.reason ?? ''}`)}\n`);
    case 'back':
      return complaints.write(`! ${oneLine(`${news.url} answers again.`)}\n`);
    case 'followed':
      return complaints.write(`${news.instances} instances are here as copies of ${oneLine(news.source)}.\n`);
  }
}

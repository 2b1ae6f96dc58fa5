import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Stage {
  readonly base: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** The stages of the Dockerfile, an instruction a line. */
function stages(): readonly Stage[] {
  const text = read('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '');
  return text
    .split(/^(?=FROM )/m)
    .filter((part) => part.startsWith('FROM '))
    .map((part) => {
      const [from, ...lines] = part.split('\n').filter((line) => line !== '');
      const [, base, name] = /^FROM (\S+) AS (\S+)$/.exec(from) ?? [];
      return { base, name, lines };
    });
}

/** The instructions that make image `name`, those of the stages that it stands on included. */
function instructions(name: string): readonly string[] {
  const stage = stages().find((one) => one.name === name);
  return stage === undefined ? [] : [...instructions(stage.base), ...stage.lines];
}

describe('the Dockerfile', () => {
  test.each(['cpu', 'vulkan'])('target %s runs ntk, not as root, and says whether it is well', (target) => {
    const lines = instructions(target);
    expect(lines).toEqual(
      expect.arrayContaining([
        'ENTRYPOINT ["ntk"]',
        'WORKDIR /work',
        expect.stringMatching(/^HEALTHCHECK .*"ntk", "backends"/),
      ]),
    );
    const users = lines.filter((line) => line.startsWith('USER '));
    expect(users.at(-1)).toBe('USER 1000:1000');
    const last = (start: string): number => lines.findLastIndex((line) => line.startsWith(start));
    expect(last('USER ')).toBeGreaterThan(last('RUN '));
  });

  test.each(['cpu', 'vulkan'])('target %s has a native BLAS', (target) => {
    expect(instructions(target).join('\n')).toContain('libopenblas0-pthread');
  });

  test.each(['cpu', 'vulkan'])('target %s has a compiler, and a place for what it makes', (target) => {
    const text = instructions(target).join('\n');
    for (const name of ['gcc', 'libc6-dev']) expect(text).toMatch(new RegExp(`install .* ${name} `));
    // Users of any number may make a folder in /tmp.
    expect(text).toMatch(/ENV .*NTK_CACHE=\/tmp\/ntk-engine/);
  });

  test('target vulkan asks for the Vulkan part of the driver, and has the loader', () => {
    const text = instructions('vulkan').join('\n');
    expect(text).toContain('NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics');
    for (const name of ['libvulkan1', 'libegl1', 'libxext6']) expect(text).toContain(name);
  });

  test('what it copies exists and reaches the builder', () => {
    const copied = stages()
      .flatMap(({ lines }) => lines.filter((line) => /^COPY (?!--from)/.test(line)))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(copied).toContain('package-lock.json');
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(copied.filter((path) => !read('.dockerignore').split('\n').includes(`!${path}`))).toEqual([]);
  });
});

describe('the Kubernetes job', () => {
  const documents = parseAllDocuments(read('scripts/k8s/kernel-job.yaml'));

  test('is YAML: a volume claim and a job', () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents.map((document) => document.get('kind'))).toEqual(['PersistentVolumeClaim', 'Job']);
  });

  test('has a GPU, limits, the claimed volume, and no root', () => {
    const claim = documents[0].toJS() as object;
    const { spec } = documents[1].toJS() as { readonly spec: { readonly template: { readonly spec: object } } };
    expect(spec.template.spec).toMatchObject({
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      containers: [
        {
          name: 'ntk',
          workingDir: '/work',
          resources: {
            requests: { 'nvidia.com/gpu': 1 },
            limits: { 'nvidia.com/gpu': 1, cpu: expect.anything(), memory: expect.anything() },
          },
          volumeMounts: expect.arrayContaining([{ name: 'results', mountPath: '/work' }]),
        },
      ],
      volumes: expect.arrayContaining([{ name: 'results', persistentVolumeClaim: { claimName: 'ntk-results' } }]),
    });
    expect(claim).toMatchObject({ metadata: { name: 'ntk-results' } });
  });

  test('does not repeat what ended with 2 or 3, and does not count a lost node', () => {
    const { spec } = documents[1].toJS() as { readonly spec: object };
    expect(spec).toMatchObject({
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { containerName: 'ntk', operator: 'In', values: [2, 3] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
    });
  });
});

/** Runs the Slurm script with stand-ins for Slurm and Apptainer, where the container ends with `code`. */
function slurm(code: number, restarts: number): { readonly status: number; readonly calls: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-slurm-'));
  try {
    const calls = join(folder, 'calls');
    const stub = (name: string, end: number): void =>
      writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} "$@" >>'${calls}'\nexit ${end}\n`, { mode: 0o755 });
    stub('srun', code);
    stub('scontrol', 0);
    const script = join(ROOT, 'scripts/slurm/kernel.sbatch');
    const job = { SLURM_JOB_ID: '7', SLURM_RESTART_COUNT: String(restarts) };
    let status = 0;
    try {
      const env = { ...process.env, ...job, PATH: `${folder}:${process.env.PATH}` };
      execFileSync('bash', [script, 'X.npy', '--arch', 'fc', '--out', 'K.npy'], { env, stdio: 'ignore' });
    } catch (error) {
      status = (error as { readonly status: number }).status;
    }
    return { status, calls: readFileSync(calls, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the Slurm script', () => {
  test.each([0, 2, 3])('code %i ends the job', (code) => {
    const { status, calls } = slurm(code, 0);
    expect(status).toBe(code);
    expect(calls).toMatch(/^srun apptainer exec --nv .* ntk kernel .* X\.npy --arch fc --out K\.npy\n$/);
  });

  test('other failures are queued again, three times', () => {
    expect(slurm(1, 2)).toEqual({ status: 1, calls: expect.stringContaining('scontrol requeue 7\n') });
    expect(slurm(1, 3)).toEqual({ status: 1, calls: expect.not.stringContaining('scontrol') });
  });
});

const scripts = [
  '.ci/run',
  ...readdirSync(join(ROOT, 'scripts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .filter((path) => read(path).startsWith('#!/usr/bin/env bash')),
];

test.each(scripts)('%s is executable, and bash can read it', (path) => {
  accessSync(join(ROOT, path), constants.X_OK);
  execFileSync('bash', ['-n', join(ROOT, path)]);
});

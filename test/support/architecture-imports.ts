import { posix } from 'node:path';
import ts from 'typescript';
import type { Finding, ProjectFile } from './architecture.ts';

interface ImportRule {
  /** The files the rule is for; the first rule that fits a file is the one that counts. */
  files: RegExp;
  /** Files of the project that they may import. */
  may: readonly RegExp[];
  packages: readonly RegExp[];
}

const protocol = /^lib\/protocol\//;
const protocolWithoutParsing = /^lib\/protocol\/(?!parse)/;
/** What a rule may know of the wire: ids, limits and the shape of a message; no codes, no frames, no parsing. */
const sharedFacts = /^lib\/protocol\/(ids|limits|message|end-reason)\.ts$/;
const ids = /^lib\/protocol\/ids\.ts$/;
const limits = /^lib\/protocol\/limits\.ts$/;
const domain = /^lib\/domain\//;
const deps = /^lib\/usecases\/deps\.ts$/;
const verbs = /^lib\/usecases\/[^/]+\.ts$/;
const steps = /^lib\/usecases\/steps\//;
/** What one Lambda asks another for: handlers take it from an event. */
const jobs = /^lib\/usecases\/steps\/delivery-job\.ts$/;
const sweep = /^lib\/usecases\/sweep\//;
const sweepRun = /^lib\/usecases\/sweep\/sweep\.ts$/;
const serverApi = /^lib\/server-api\//;
const handlers = /^lib\/handlers\//;
const store = /^lib\/store\//;
const push = /^lib\/push\//;
const infra = /^lib\/infra\//;
const storeInterface = /^lib\/store\/room-store\.ts$/;
const pushInterface = /^lib\/push\/(push|event-queue|webhook|doorbell|message-hook)\.ts$/;
const settings = /^lib\/domain\/settings\.ts$/;
const anything = /^/;
const exceptBench = /^(?!bench\/)/;
const simulation = /^test\/simulation\//;
/** Commands that fast-check chooses and vitest compares. */
const modelCommands = /^test\/simulation\/(model|client|server)-commands?\.ts$/;
const workerBundle = /^test\/support\/worker-bundle\.ts$/;
const simulationTest = /^test\/simulation\/.*\.test\.ts$/;
/** What the console's server knows of the product: how a call and the webhook are signed. */
const signing = /^lib\/(server-api\/sign-request|protocol\/webhook)\.ts$/;
const consoleServer = /^console\/server\//;
const consolePage = /^console\/page\//;
const consoleModel = /^console\/page\/model\//;
const testSupport = /^test\/support\//;

const valibot = /^valibot$/;
const awsSdk = /^@aws-sdk\//;
const handlerPackages = [/^@aws-lambda-powertools\//, /^jose$/, valibot, /^aws-lambda$/];
const localPackages = [/^node:/, /^ws$/, /^dynalite$/, /^@dynoxide\//];
const cdkPackages = [/^aws-cdk-lib(\/|$)/, /^constructs$/, /^cdk-nag$/, /^node:(fs|path|url)$/];

const handlerImports = [handlers, verbs, jobs, sweepRun, serverApi, protocol, domain, storeInterface, pushInterface];

const ofUseCases = [deps, domain, protocol, storeInterface, pushInterface];

/** What each folder may import. A folder that is not here may not exist. */
const rules: readonly ImportRule[] = [
  { files: /^lib\/protocol\/parse[^/]*\.ts$/, may: [protocol], packages: [valibot] },
  { files: protocol, may: [protocol], packages: [] },
  { files: domain, may: [domain, sharedFacts], packages: [] },
  { files: /^lib\/store\/dynamodb\//, may: [store, domain, ids, limits], packages: [awsSdk, /^node:crypto$/] },
  { files: store, may: [store, domain, ids, limits], packages: [] },
  { files: /^lib\/push\/(api-gateway|sqs)\.ts$/, may: [push, protocol], packages: [awsSdk] },
  { files: /^lib\/push\/(sigv4|payload)\.ts$/, may: [], packages: [/^node:crypto$/] },
  { files: /^lib\/push\/http-client\.ts$/, may: [], packages: [/^node:https?$/] },
  { files: push, may: [push, protocol], packages: [] },
  { files: steps, may: [steps, ...ofUseCases], packages: [] },
  { files: sweep, may: [sweep, steps, ...ofUseCases], packages: [] },
  { files: verbs, may: [steps, ...ofUseCases], packages: [] },
  { files: serverApi, may: [serverApi, verbs, protocol, domain], packages: [/^node:crypto$/, valibot] },
  { files: /^lib\/handlers\/deps[^/]*\.ts$/, may: [/^lib\//], packages: [...handlerPackages, awsSdk, /^node:/] },
  { files: /^lib\/handlers\/log-context\.ts$/, may: [ids], packages: [/^node:async_hooks$/] },
  { files: handlers, may: handlerImports, packages: handlerPackages },
  { files: /^functions\//, may: [handlers], packages: [] },
  { files: /^lib\/client\//, may: [/^lib\/client\//, protocolWithoutParsing], packages: [] },
  { files: /^lib\/local\//, may: [/^lib\/local\//], packages: localPackages },
  { files: /^lib\/(infra\/|chatroom-stack\.ts$)/, may: [infra, settings], packages: cdkPackages },
  { files: /^console\/server\/build-page\.ts$/, may: [consoleServer], packages: [/^node:path$/, /^vite$/] },
  { files: consoleServer, may: [consoleServer, signing], packages: [/^node:http$/] },
  { files: /^console\/page\/sdk\.ts$/, may: [/^lib\/client\/index\.ts$/], packages: [] },
  { files: consoleModel, may: [consoleModel], packages: [] },
  { files: consolePage, may: [consolePage], packages: [/^preact$/] },
  { files: /^bin\//, may: [anything], packages: [anything] },
  { files: simulationTest, may: [exceptBench], packages: [anything] },
  { files: modelCommands, may: [/^lib\//, simulation, testSupport], packages: [/^fast-check$/, /^vitest$/] },
  { files: /^test\/simulation\/(simulate|sweep-crashes)\.ts$/, may: [simulation, workerBundle], packages: [/^node:/] },
  { files: /^test\/simulation\/checker\/pair\.ts$/, may: [simulation, testSupport], packages: [/^vitest$/] },
  { files: simulation, may: [/^lib\//, simulation, testSupport], packages: [awsSdk] },
  { files: testSupport, may: [/^lib\//, testSupport], packages: [anything] },
  { files: /^test\/bench\//, may: [anything], packages: [anything] },
  { files: /^test\//, may: [exceptBench], packages: [anything] },
];

/** Imports of lib, functions, bin, console and test that the table above does not allow; types and dynamic imports count too. */
export function checkImports(files: readonly ProjectFile[]): Finding[] {
  return files
    .filter((file) => /^(lib|functions|bin|console|test)\/.*\.tsx?$/.test(file.path))
    .flatMap(checkFileImports);
}

function checkFileImports(file: ProjectFile): Finding[] {
  const rule = rules.find((candidate) => candidate.files.test(file.path));
  if (rule === undefined)
    return [{ path: file.path, rule: 'imports', detail: 'lies in a folder without import rules' }];
  return ts.preProcessFile(file.text, true, true).importedFiles.flatMap(({ fileName }): Finding[] => {
    if (!fileName.startsWith('.')) {
      if (allows(rule.packages, fileName)) return [];
      return [{ path: file.path, rule: 'packages', detail: `may not use ${fileName}` }];
    }
    const target = posix.join(posix.dirname(file.path), fileName);
    return allows(rule.may, target) ? [] : [{ path: file.path, rule: 'imports', detail: `may not import ${target}` }];
  });
}

function allows(patterns: readonly RegExp[], name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OWN_WORDS } from '../dist/config/own-config.js';
import { ownJsonSchema } from '../dist/schema/own-config.js';
import { S_YAML_SCHEMA } from '../dist/schema/s-yaml-schema.js';

// Makes dist/schemas: the JSON Schemas with which editors complete and check configurations.

const folder = resolve(import.meta.dirname, '../dist/schemas');
mkdirSync(folder, { recursive: true });
const write = (name, schema) => writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
write('fc-affinity.schema.json', ownJsonSchema(OWN_WORDS));
write('s-yaml.schema.json', S_YAML_SCHEMA);

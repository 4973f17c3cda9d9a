// node client.mjs PHOTO: prints the verdict and why.
import { readFile } from 'node:fs/promises';

const service = process.env.WILDVISION_URL ?? 'http://127.0.0.1:8000';
const headers = { 'x-api-key': process.env.WILDVISION_KEY ?? '', 'content-type': 'image/jpeg' };
const body = await readFile(process.argv[2]);
const answer = await fetch(`${service}/v1/classify`, { method: 'POST', headers, body });
const found = await answer.json();
if (!answer.ok) throw new Error(`${found.error.type}: ${found.error.message}`);
console.log(`${found.verdict}: ${found.reason.message}`);

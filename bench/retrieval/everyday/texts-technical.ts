import type { EverydayText } from './text.ts'

export const TECHNICAL_TEXTS: readonly EverydayText[] = [
  {
    id: 'refused',
    source: 'message',
    title: 'Staging is down',
    text: 'TypeError: fetch failed, caused by ECONNREFUSED 127.0.0.1:6543 in src/server/connectionPool.ts:48. The pooler had not been started; `systemctl restart pgbouncer` helped.',
  },
  {
    id: 'codec',
    source: 'message',
    title: 'Import script',
    text: 'Traceback (most recent call last):\n  File "/opt/importer/parse_ledger.py", line 112, in read_rows\nUnicodeDecodeError: \'utf-8\' codec can\'t decode byte 0xe9 in position 18\n\nOpening the CSV with encoding="cp1252" fixes it.',
  },
  {
    id: 'address-form',
    source: 'message',
    title: 'Checkout page',
    text: 'In apps/web/forms/AddressForm.tsx the hook useDebouncedValue renders on each key press: pass it max_wait_ms, and memoise onPostcodeChange.',
  },
  {
    id: 'exports-error',
    source: 'message',
    title: 'Library update',
    text: 'Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath "./lib/utils" is not defined by "exports" in package.json. The new major has only one entry point, so import { pick } from the root.',
  },
  {
    id: 'deploy',
    source: 'document',
    title: 'Runbook of the shop',
    language: 'english',
    text: 'Log in with `ssh deploy@web-03.eu.example.net`, then `docker compose pull && docker compose up -d`. The site is in /etc/nginx/sites-enabled/shop.conf. The image is registry.example.net/shop:v4.12.1; to go back, take v4.11.7.',
  },
  {
    id: 'gateway',
    source: 'document',
    title: 'Settings of the gateway',
    language: 'english',
    text: 'max_upload_size_mb: 64\nkeep-alive-timeout: 75\nmaxConnectionsPerHost: 12\nThe environment variable GATEWAY_POOL_SIZE wins over the file gateway.prod.yaml.',
  },
  {
    id: 'patches',
    source: 'message',
    title: 'Second Tuesday',
    text: 'CVE-2025-31324 concerns us, too: update openssl to 3.0.17 on all hosts before Friday (OPS-4821). KB5034441 fails with 0x80070643 on the old laptops.',
  },
  {
    id: 'cpp',
    source: 'message',
    title: 'Which language for the engine',
    text: 'I would keep the renderer in C++20: templates where they pay, no exceptions.',
  },
  {
    id: 'csharp',
    source: 'message',
    title: 'Which language for the tools',
    text: 'The level editor can stay in C#, it runs on .NET 9 and nobody wants to write XAML again.',
  },
  {
    id: 'plain-c',
    source: 'message',
    title: 'Which language for the sensor',
    text: 'The firmware has 32 KB, so plain C with gcc -Os it is. Vitamin C for the team.',
  },
  {
    id: 'undo',
    source: 'message',
    title: 'Pushed too early',
    text: 'First git reset --soft HEAD~1, then change the files, and git push --force-with-lease. What you had not committed comes back by git stash pop.',
  },
  {
    id: 'backup',
    source: 'message',
    title: 'Laptop to NAS',
    text: 'rsync -avz --delete ~/Photos/ nas:/volume1/backup copies what is new; `zstd -19 photos-2025.tar` packs last year. See with df -h what is left.',
  },
  {
    id: 'reading-list',
    source: 'message',
    title: 'For the weekend',
    text: 'Two articles: https://blog.example.org/2026/05/nearest-neighbours-on-a-phone/?utm_source=letter#results and https://docs.example.com/guides/rate_limits.html. The forum is at forum.example.com/t/8812.',
  },
  {
    id: 'flaky-test',
    source: 'message',
    title: 'Pipeline is red',
    text: 'Playwright says "element is outside of the viewport": the cookie banner covers the button. Close it in beforeEach, and the spec checkout.e2e.ts is stable.',
  },
  {
    id: 'slow-query',
    source: 'document',
    title: 'Postmortem 14 May',
    language: 'english',
    text: 'The nightly report read all of order_items, since an index on (shop_id, created_at) was missing. EXPLAIN ANALYZE showed a Seq Scan of 41 s. We have added the index concurrently.',
  },
]

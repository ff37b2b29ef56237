import { useEffect, useRef, useState } from 'preact/hooks';
import type { DoctorReport } from '../../../model/doctor-report.js';
import { usePage } from '../page-context.js';
import { FindingCard } from './finding-card.js';

/** The shortest time between two calls of the doctor. */
const LEAST_WAIT_MS = 2000;

/** The findings of `doctor` in the recent requests. Updated while new requests come. */
export function DoctorPanel() {
  const { store, api, go } = usePage();
  const [report, setReport] = useState<DoctorReport>();
  const lastLook = useRef(Number.NEGATIVE_INFINITY);
  const newest = store.requests.value[0]?.requestId;

  useEffect(() => {
    const wait = Math.max(0, lastLook.current + LEAST_WAIT_MS - performance.now());
    const timer = setTimeout(() => {
      lastLook.current = performance.now();
      // The header of the page shows when the emulator does not answer.
      void api.get<DoctorReport>('_emulator/v1/doctor').then(setReport, () => {});
    }, wait);
    return () => clearTimeout(timer);
  }, [newest]);

  const findings = report?.findings ?? [];
  return (
    <section class="panel doctor" aria-labelledby="doctor-title">
      <h2 id="doctor-title">Doctor ({findings.length})</h2>
      {report !== undefined && findings.length === 0 ? (
        <p>
          {report.lookedAt.requests === 0
            ? 'no request to look at yet'
            : `no mistake found in ${report.lookedAt.requests} requests`}
        </p>
      ) : undefined}
      <ul class="findings">
        {findings.map((finding) => (
          <FindingCard
            key={`${finding.rule} ${finding.functionName} ${finding.message}`}
            finding={finding}
            show={(request) => go({ screen: 'requests', request })}
          />
        ))}
      </ul>
    </section>
  );
}

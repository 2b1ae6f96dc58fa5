/** Version of the records' form. Fields may be added within a version; none is renamed or removed. */
export const RECORD_FORMAT = 'ntk-record/1';

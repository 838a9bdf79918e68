/** Which build of the shared worker this one of the client goes with; see build.mjs. */
declare const VERSION: string;

;; Draws from alias tables, four rows at a time: `drawRows` of draw.ts with the same bits. There is no gather, but four loads and the rest in
;; SIMD are twice as fast as what JavaScript makes of it.
;;
;; `npm run reference` assembles it into draw-rows-wasm.ts.
(module
  (import "words" "memory" (memory 1))

  ;; For each of $count rows, rounded up to a multiple of four: draws the 16-bit symbol at $out + 2 · i from row ($rows + 2 · i) of the table,
  ;; using the word at $words + 4 · i. Everything is an address; each row of the table has 2^$bits entries of 32 bits.
  (func (export "drawRows")
    (param $table i32) (param $bits i32) (param $rows i32) (param $words i32) (param $out i32) (param $count i32)
    (local $end i32) (local $base v128) (local $mask v128)
    (local $word v128) (local $slot v128) (local $at v128) (local $entry v128) (local $alias v128) (local $own v128)
    (local.set $base (i32x4.splat (local.get $table)))
    (local.set $mask (i32x4.splat (i32.sub (i32.shl (i32.const 1) (local.get $bits)) (i32.const 1))))
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 1))))
    (loop $next
      (if (i32.ge_u (local.get $out) (local.get $end)) (then (return)))
      (local.set $word (v128.load (local.get $words)))
      (local.set $slot (v128.and (local.get $word) (local.get $mask)))
      (local.set $at
        (i32x4.shl
          (v128.or (i32x4.shl (v128.load16x4_u (local.get $rows)) (local.get $bits)) (local.get $slot))
          (i32.const 2)))
      (local.set $at (i32x4.add (local.get $base) (local.get $at)))
      (local.set $entry (v128.load32_zero (i32x4.extract_lane 0 (local.get $at))))
      (local.set $entry (v128.load32_lane 1 (i32x4.extract_lane 1 (local.get $at)) (local.get $entry)))
      (local.set $entry (v128.load32_lane 2 (i32x4.extract_lane 2 (local.get $at)) (local.get $entry)))
      (local.set $entry (v128.load32_lane 3 (i32x4.extract_lane 3 (local.get $at)) (local.get $entry)))
      ;; All ones where the slot's own symbol is drawn.
      (local.set $own
        (i32x4.shr_s
          (i32x4.sub
            (i32x4.shr_u (local.get $word) (local.get $bits))
            (i32x4.shr_u (local.get $entry) (local.get $bits)))
          (i32.const 31)))
      (local.set $alias (v128.and (local.get $entry) (local.get $mask)))
      (local.set $alias (v128.bitselect (local.get $slot) (local.get $alias) (local.get $own)))
      (v128.store64_lane 0 (local.get $out) (i16x8.narrow_i32x4_u (local.get $alias) (local.get $alias)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 8)))
      (local.set $words (i32.add (local.get $words) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (br $next))))
